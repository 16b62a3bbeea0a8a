package dev.mama.registry;

/**
 * A batch on its way: the payload of a message to the registry. The body is kept as a text, because
 * a signature is over its very bytes.
 *
 * <p>Immutable.
 *
 * @param body a batch as JSON, see {@code docs/pml-1.schema.json}
 * @param signature Ed25519 (RFC 8032) over the batch's hash, 128 hexadecimal digits; empty if it is
 *     not signed
 */
public record PmlLetter(String body, String signature) {}
