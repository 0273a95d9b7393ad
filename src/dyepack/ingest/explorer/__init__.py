"""Case-size data without a node: explorers' APIs behind one small interface, every raw answer kept."""
