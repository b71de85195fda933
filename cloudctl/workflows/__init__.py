"""The sagas: machine work that survives a kill -9 at any moment. One file a saga, verb and noun.

Their names and the order of their steps are what the durable engine keeps work under; `registered.txt` holds them and
a test compares. A change there goes behind a patch guard.
"""

from cloudctl.domain.workflows import Saga
from cloudctl.workflows.adopt_resources import ADOPT_RESOURCES
from cloudctl.workflows.back_up_app import BACK_UP_APP
from cloudctl.workflows.back_up_system import BACK_UP_SYSTEM
from cloudctl.workflows.delete_system import DELETE_SYSTEM
from cloudctl.workflows.deploy_app import DEPLOY_APP
from cloudctl.workflows.forget_backups import FORGET_BACKUPS
from cloudctl.workflows.move_app import MOVE_APP
from cloudctl.workflows.prove_app import PROVE_APP
from cloudctl.workflows.provision_order import PROVISION_ORDER
from cloudctl.workflows.purge_resource import PURGE_RESOURCE
from cloudctl.workflows.quarantine_system import QUARANTINE_SYSTEM
from cloudctl.workflows.release_drift import RELEASE_DRIFT
from cloudctl.workflows.release_quarantine import RELEASE_QUARANTINE
from cloudctl.workflows.renew_app import RENEW_APP
from cloudctl.workflows.restore_app import RESTORE_APP
from cloudctl.workflows.restore_drift import RESTORE_DRIFT
from cloudctl.workflows.restore_resource import RESTORE_RESOURCE
from cloudctl.workflows.retire_app import RETIRE_APP
from cloudctl.workflows.roll_back_app import ROLL_BACK_APP
from cloudctl.workflows.run_playbook import RUN_PLAYBOOK
from cloudctl.workflows.scale_app import SCALE_APP
from cloudctl.workflows.undo_adoption import UNDO_ADOPTION
from cloudctl.workflows.undo_order import UNDO_ORDER
from cloudctl.workflows.upgrade_app import UPGRADE_APP

SAGAS: tuple[Saga, ...] = (
    PROVISION_ORDER,
    UNDO_ORDER,
    PURGE_RESOURCE,
    RESTORE_RESOURCE,
    RESTORE_DRIFT,
    RELEASE_DRIFT,
    ADOPT_RESOURCES,
    UNDO_ADOPTION,
    QUARANTINE_SYSTEM,
    RELEASE_QUARANTINE,
    BACK_UP_SYSTEM,
    DELETE_SYSTEM,
    RUN_PLAYBOOK,
    DEPLOY_APP,
    UPGRADE_APP,
    ROLL_BACK_APP,
    BACK_UP_APP,
    PROVE_APP,
    FORGET_BACKUPS,
    RESTORE_APP,
    MOVE_APP,
    RENEW_APP,
    SCALE_APP,
    RETIRE_APP,
)

__all__ = ["SAGAS"]
