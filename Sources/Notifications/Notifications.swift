// What leaves the building: SMS, e-mail and webhooks, from the transactional outbox.
