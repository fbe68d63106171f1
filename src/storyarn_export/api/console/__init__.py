"""The pages for people: the web console and the documentation, plain modules that browsers run as they are."""
