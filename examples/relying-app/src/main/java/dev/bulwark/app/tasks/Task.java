package dev.bulwark.app.tasks;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;

/**
 * Something to do.
 *
 * @param id null until it is stored
 * @param owner Keycloak's id of the user, or {@code client:} and the id of a client
 * @param ownerName for people to read; may be out of date
 * @param title 1 to 200 characters
 */
public record Task(
    @Id @Nullable Long id,
    String owner,
    String ownerName,
    String title,
    boolean done,
    Instant createdAt) {}
