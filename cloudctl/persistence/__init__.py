"""The database: tables, repositories, reads, the unit of work, migrations and copies.

    engines = open_engines("sqlite:////var/lib/cloudctl/cloudctl.db")
    migrations.upgrade(engines.write)
    map_domain()
    unit_of_work = UnitOfWorkFactory(engine=engines.write, secrets=secrets, clock=clock, enqueue=enqueue)
    queries = DatabaseQueries(engines.read, clock, rhythm)

SQLite and PostgreSQL alike. Nothing here knows the durable engine: bootstrap hands in the function that starts a saga.
"""
