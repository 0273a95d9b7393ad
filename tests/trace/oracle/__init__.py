"""The model of docs/explanation/tracing.md from its text alone, as plainly as it can be written.

Files of rows become transactions (`files`), loans in them are netted (`loans`), trades found (`trades`), thefts settled
(`thefts`), and what is left is walked in lists of lots by six rules (`walk`). It looks at all movements there are, and
is slow. Nothing of `dyepack.trace` is used.
"""
