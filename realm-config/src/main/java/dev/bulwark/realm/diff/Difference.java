package dev.bulwark.realm.diff;

/**
 * A setting that the server has otherwise than the file. Contains no secret.
 *
 * @param path where, such as {@code clients[relying-app].redirectUris}
 * @param file value of the file
 * @param live value of the server
 */
record Difference(String path, String file, String live) {}
