package io.plenum.server.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.BindException;
import java.net.InetSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BindFailureTest {
  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
      "Address already in use | Address already in use | is another process there? media.port moves it | the JDK",
      "bind(..) failed with error(-98): Address already in use | Address already in use"
          + " | is another process there? media.port moves it | epoll",
      "bind(..) failed with error(-99): Cannot assign requested address | Cannot assign requested address"
          + " | media.ip takes an address of this machine      | no such address here",
      "Permission denied | Permission denied | ports below 1024 need a privilege; media.port moves it | port 443 as somebody",
      "Too many open files | Too many open files | is another process there? media.port moves it | whatever else",
  })
  void theLineSaysWhatToChange(String thrown, String said, String remedy, String why) {
    assertEquals("cannot listen on UDP 192.0.2.1:443 (" + said + "): " + remedy,
        BindFailure.refusal("UDP", new InetSocketAddress("192.0.2.1", 443), new BindException(thrown), "media.port")
            .getMessage(), why);
  }
}
