"""How questions are worded in seven languages: function words, names, figures, and the parts they make up."""
