"""The outgoing queue: deliveries to other servers, their retries and each server's circuit."""
