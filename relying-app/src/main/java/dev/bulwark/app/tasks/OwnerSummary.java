package dev.bulwark.app.tasks;

/**
 * What an administrator sees of somebody who has tasks.
 *
 * @param id as {@link Task#owner()}
 * @param tasks how many there are
 * @param done how many of them are done
 */
public record OwnerSummary(String id, String username, long tasks, long done) {}
