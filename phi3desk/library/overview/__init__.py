"""What is told of documents as wholes: which there are, a page of one, all of one, two beside each other."""
