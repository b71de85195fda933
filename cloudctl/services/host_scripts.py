"""The script that makes a server trust the platform: run once by cloud-init, or by hand as root, as often as wanted.

It makes the platform's account and those that people enter by, none of them with a password, and has sshd take
certificates for them: an account opens for those alone that name this host. The host's own keys are shown on its
console, to be compared when it is enrolled.
"""

from __future__ import annotations

from uuid import UUID

from cloudctl.domain.access_grants import ACCOUNTS, AccessLevel
from cloudctl.domain.hosts import ACCOUNT, principals_of

_SCRIPT = """\
#!/bin/sh
# Makes this server trust the certificates of its platform (cloudctl). It may run again.
set -eu
umask 022
ca=/etc/cloudctl/user_ca.pub
names=/etc/cloudctl/principals
mkdir -p "$names" /etc/ssh/sshd_config.d
cat >"$ca.new" <<'KEYS'
{keys}KEYS
mv "$ca.new" "$ca"
account() {{
  id "$1" >/dev/null 2>&1 || useradd --create-home --password '*' --shell /bin/bash "$1"
  printf '%s\\n' "$2" >"$names/$1"
}}
{accounts}
if [ -d /etc/sudoers.d ]; then
  printf '%s ALL=(ALL) NOPASSWD: ALL\\n' {sudoers} >/etc/sudoers.d/cloudctl.new
  chmod 0440 /etc/sudoers.d/cloudctl.new
  mv /etc/sudoers.d/cloudctl.new /etc/sudoers.d/cloudctl
fi
cat >/etc/ssh/sshd_config.d/10-cloudctl.conf <<'SSHD'
TrustedUserCAKeys /etc/cloudctl/user_ca.pub
AuthorizedPrincipalsFile /etc/cloudctl/principals/%u
SSHD
grep -qi '^[[:space:]]*include[[:space:]].*sshd_config\\.d' /etc/ssh/sshd_config || {{
  {{ echo 'Include /etc/ssh/sshd_config.d/*.conf'; cat /etc/ssh/sshd_config; }} >/etc/ssh/sshd_config.new
  chmod --reference=/etc/ssh/sshd_config /etc/ssh/sshd_config.new
  mv /etc/ssh/sshd_config.new /etc/ssh/sshd_config
}}
ssh-keygen -A >/dev/null
mkdir -p /run/sshd
"$(command -v sshd || echo /usr/sbin/sshd)" -t
for unit in ssh sshd; do
  systemctl try-reload-or-restart "$unit" >/dev/null 2>&1 || true
done
for key in /etc/ssh/ssh_host_*_key.pub; do
  ssh-keygen -l -f "$key"
done >/dev/console 2>/dev/null || true
"""


def first_boot_script(host_id: UUID, authorities: str) -> str:
    """The script for one host; `authorities` are the public keys to trust, a line each."""
    accounts = principals_of(host_id)
    sudoers = (ACCOUNT, ACCOUNTS[AccessLevel.ADMIN])
    return _SCRIPT.format(
        keys=authorities,
        accounts="\n".join(f"account {name} {named}" for name, named in accounts.items()),
        sudoers=" ".join(sudoers),
    )
