package dev.mama.llm;

import io.netty.handler.ssl.SslContextBuilder;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import reactor.netty.http.Http11SslContextSpec;
import reactor.netty.http.Http2SslContextSpec;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.client.HttpClient;
import reactor.netty.tcp.SslProvider.GenericSslContextSpec;
import reactor.netty.transport.ProxyProvider;

/** Puts {@link HttpOptions} into Reactor Netty's words. */
final class Tls {

  private Tls() {}

  /**
   * The client with the endpoint's protocol, certificates and proxy.
   *
   * @throws IllegalArgumentException if a certificate or key is none
   */
  static HttpClient apply(HttpClient client, LlmEndpoint endpoint) {
    HttpOptions options = endpoint.http();
    HttpClient with =
        options.http2()
            ? client.protocol(HttpProtocol.H2, HttpProtocol.HTTP11)
            : client.protocol(HttpProtocol.HTTP11);
    if (endpoint.isSecure()) {
      GenericSslContextSpec<SslContextBuilder> spec =
          options.http2()
              ? Http2SslContextSpec.forClient().configure(certificates(options))
              : Http11SslContextSpec.forClient().configure(certificates(options));
      requireUsable(spec, options);
      with = with.secure(ssl -> ssl.sslContext(spec).handshakeTimeout(endpoint.connectTimeout()));
    }
    if (options.proxy().isPresent()) {
      var proxy = options.proxy().get();
      with =
          with.proxy(type -> {
            var at =
                type.type(ProxyProvider.Proxy.HTTP)
                    .host(proxy.host())
                    .port(proxy.port())
                    .connectTimeoutMillis(endpoint.connectTimeout().toMillis());
            if (!proxy.user().isEmpty()) {
              at.username(proxy.user()).password(user -> proxy.password());
            }
          });
    }
    return with;
  }

  private static Consumer<SslContextBuilder> certificates(HttpOptions options) {
    return builder -> {
      options.trusted().ifPresent(file -> builder.trustManager(file.toFile()));
      options
          .identity()
          .ifPresent(own -> builder.keyManager(own.chain().toFile(), own.key().toFile()));
    };
  }

  private static void requireUsable(GenericSslContextSpec<?> spec, HttpOptions options) {
    try {
      spec.sslContext();
    } catch (SSLException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "the certificates or the key of %s cannot be used: %s; give PEM files, the key as PKCS#8"
              .formatted(options, e.getMessage()),
          e);
    }
  }
}
