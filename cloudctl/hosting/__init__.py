"""The application catalogue: blueprints as data, their forms and prices, and on which host an instance goes.

catalogue = load(shipped())                          # domain.blueprints.Catalogue
given = fill(catalogue.named("department-site"), {"title": "审计局"})
placed = plan(wants, hosts)                          # explained, one line a wish
"""
