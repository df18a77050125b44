package io.plenum.server.web;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Requests whose end a proxy and this server could see in different places (RFC 9112 §11.2). Each ends its connection, so
 * that the request behind it is never read as one.
 */
class HttpRequestFramingTest {
  private static final Pattern ESCAPE = Pattern.compile("\\\\x([0-9a-f]{2})");
  private static final Pattern STATUS = Pattern.compile("HTTP/1\\.1 (\\d{3}) ");
  /** Request behind each of the table; an answer to it is the fault. */
  private static final String SECOND = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  private static TestNode node;

  @BeforeAll
  static void start() {
    node = new TestNode();
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  /** The answer is to the head, which may be in order; a tilde is a line end. */
  @ParameterizedTest(name = "[{index}] {0}")
  @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
      NUL before the request line          | -   | \\x00GET /healthz HTTP/1.1~~
      control byte before the request line | -   | \\x01GET /healthz HTTP/1.1~~
      escape before the request line       | -   | \\x1bGET /healthz HTTP/1.1~~
      NUL behind an empty line             | -   | ~\\x00GET /healthz HTTP/1.1~~
      both lengths                         | 400 | POST /x HTTP/1.1~Content-Length: 5~Transfer-Encoding: chunked~~0~~
      both, the other way round            | 400 | POST /x HTTP/1.1~Transfer-Encoding: chunked~Content-Length: 5~~0~~
      two lengths                          | 400 | POST /x HTTP/1.1~Content-Length: 1~Content-Length: 2~~ab
      two lengths in one field             | 400 | POST /x HTTP/1.1~Content-Length: 1, 2~~ab
      length with a sign                   | 400 | POST /x HTTP/1.1~Content-Length: +1~~a
      space before the colon               | 400 | POST /x HTTP/1.1~Content-Length : 1~~a
      hexadecimal mark                     | 405 | POST /x HTTP/1.1~Transfer-Encoding: chunked~~0x1~a~0~~
      """)
  void endsTheConnection(String name, String answer, String request) throws IOException {
    List<String> expected = answer == null ? List.of() : List.of(answer);
    assertEquals(expected, statuses(unescaped(request) + SECOND), name);
  }

  /** RFC 9112 §2.2: a client may send an empty line ahead of its request. */
  @Test
  void anEmptyLineAheadIsNoFault() throws IOException {
    assertEquals(List.of("200", "200"), statuses("\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n" + SECOND));
  }

  private static String unescaped(String request) {
    String lines = request.replace("HTTP/1.1~", "HTTP/1.1~Host: localhost~").replace("~", "\r\n");
    return ESCAPE.matcher(lines).replaceAll(hex -> String.valueOf((char) Integer.parseInt(hex.group(1), 16)));
  }

  /** Status of each answer until the server closes the connection. */
  private static List<String> statuses(String requests) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), node.port)) {
      socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(TestNode.PATIENCE_S));
      socket.getOutputStream().write(requests.getBytes(ISO_8859_1));
      String answers = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
      return STATUS.matcher(answers).results().map(found -> found.group(1)).toList();
    }
  }
}
