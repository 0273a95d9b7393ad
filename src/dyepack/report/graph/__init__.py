"""The graph of a recorded trace at a fold that a person chooses: what is drawn, what is hidden, the rows of both."""

from dyepack.report.graph.answer import Graph, fold_of, graph, made
from dyepack.report.graph.asked import Question
from dyepack.report.graph.bait import bait_rows
from dyepack.report.graph.ribbon import link_rows
from dyepack.report.graph.rows import Told, read

__all__ = ["Graph", "Question", "Told", "bait_rows", "fold_of", "graph", "link_rows", "made", "read"]
