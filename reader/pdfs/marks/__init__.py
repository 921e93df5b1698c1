"""What a reader left in a PDF: highlights, underlines, notes, ink."""
