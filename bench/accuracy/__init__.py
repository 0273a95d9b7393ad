"""How often the rules of the cluster room are right: on labelled transactions, and on generated owners.

`python3 dev accuracy` measures all of it, writes `error_rates.csv` and the page of error rates, and prints the table.
"""
