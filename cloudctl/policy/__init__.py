"""The rules that judge orders: YAML files with a CEL condition, loaded, checked and evaluated.

A registry is loaded once; its rules then judge the facts of any order:

    rules = evaluation.RuleBook(registry.load(registry.shipped()))
    ruling = rules.judge(facts)          # facts.OrderFacts -> domain.policies.Ruling

Every rule that spoke is in the ruling, the strictest effect wins, and a rule that cannot be evaluated denies.
"""
