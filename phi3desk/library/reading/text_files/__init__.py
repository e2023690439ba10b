"""Files of text: plain, delimited, Markdown, web pages and mail."""
