"""Judge how well papers fit the topics, how much they are talked about, and learn both."""
