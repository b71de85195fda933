"""Forms that were handed in as workbooks."""

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    pass
