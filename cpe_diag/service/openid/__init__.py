"""Sign-in to the pages through an OpenID Connect provider."""
