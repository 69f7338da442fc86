package dev.bulwark.app.tasks;

/**
 * The data of a user with tasks that an administrator sees.
 *
 * @param id as {@link Task#owner()}
 * @param tasks how many there are
 * @param done how many of them are done
 */
public record OwnerSummary(String id, String username, long tasks, long done) {}
