package io.plenum.deploy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.Logger;

/** The runnable jar's {@code logback.xml}, with the property that the process sets from {@code log.level}. */
class LogbackFileTest {
  @ParameterizedTest
  @CsvSource({"trace, TRACE", "debug, DEBUG", "info, INFO", "warn, WARN", "error, ERROR", ", INFO"})
  void theRootLoggerTakesTheLevelOfTheConfiguration(String level, String expected) throws JoranException {
    LoggerContext context = new LoggerContext();
    if (level != null) {
      context.putProperty("plenum.log.level", level);
    }
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure("src/main/runnable/logback.xml");
    assertEquals(expected, context.getLogger(Logger.ROOT_LOGGER_NAME).getLevel().toString());
    context.stop();
  }
}
