"""Pure: Verdict and Evidence -> terminal text, JSON, ticket note and customer wording."""
