"""How an index grows: made indexes of any size, and what searching and changing them takes."""
