"""A FastAPI application behind Keycloak."""
