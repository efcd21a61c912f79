-- The page of the author's files: newest first. Avatars and icons of blogs, of which there are many, are not among them.
CREATE INDEX media_of_author ON media (id) WHERE purpose = 'post' AND state = 'kept';
