"""Read blogs from feeds: RSS, Atom, JSON Feed, Blogger's exports, and the Blog Archive Format."""
