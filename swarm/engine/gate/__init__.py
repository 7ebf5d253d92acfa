"""The gate's container: its client, its pool of nets and the record of its lines."""
