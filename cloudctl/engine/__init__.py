"""A thin skin over the durable engine (DBOS Transact): it runs sagas and knows no cloud word.

A worker's process, as bootstrap puts it together:

    database = open_database(url)
    client = connect(database)                                   # also all that an API process needs
    unit_of_work = ...(enqueue=enqueuer(client))                 # a saga starts in the domain's transaction
    engine = Engine(database, queue=QueueSettings(...))
    for saga in SAGAS:
        engine.register(saga, ctx)
    engine.launch()
    ...
    engine.shutdown(drain_s=20)

What it promises: a finished step is not run again; an interrupted one is, so steps find their own earlier effect. A
saga survives its process: on SQLite the next start goes on with it, on PostgreSQL another worker does (`failover`).
Everything that is kept is portable JSON, never a pickle.
"""

from cloudctl.engine.client import WorkflowClient, connect, migrate
from cloudctl.engine.database import open_database
from cloudctl.engine.engine import Engine
from cloudctl.engine.enqueue import enqueuer
from cloudctl.engine.queues import QueueSettings

__all__ = ["Engine", "QueueSettings", "WorkflowClient", "connect", "enqueuer", "migrate", "open_database"]
