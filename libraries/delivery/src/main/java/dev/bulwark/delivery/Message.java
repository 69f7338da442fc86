package dev.bulwark.delivery;

/**
 * A message that is about to be sent.
 *
 * @param content what the sender makes a request of
 * @param subject what it is about: many rejections of one subject say nothing about the receiver
 * @param ordered whether it waits for earlier messages of its subject
 * @param attempts that have counted against it before
 * @param <C> the content
 */
public record Message<C>(C content, String subject, boolean ordered, int attempts) {}
