package io.plenum;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** What a part of the node writes to its log, from {@code debug} up, for as long as this is open. */
public final class CapturedLog implements AutoCloseable {
  private final Logger logger;
  private final Level formerLevel;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
    @Override
    protected void append(ILoggingEvent event) {
      IThrowableProxy thrown = event.getThrowableProxy();
      lines.add(event.getLevel() + " " + event.getFormattedMessage() + (thrown == null ? ""
          : " " + thrown.getClassName() + (thrown.getMessage() == null ? "" : ": " + thrown.getMessage())));
    }
  };

  private CapturedLog(String name) {
    logger = (Logger) LoggerFactory.getLogger(name);
    formerLevel = logger.getLevel();
    logger.setLevel(Level.DEBUG);
    appender.setContext(logger.getLoggerContext());
    appender.start();
    logger.addAppender(appender);
  }

  /** Of one class. */
  public static CapturedLog of(Class<?> type) {
    return new CapturedLog(type.getName());
  }

  /** Of all classes of a package and of those below it. */
  public static CapturedLog ofPackage(String name) {
    return new CapturedLog(name);
  }

  /** Level, message, and the exception if there is one. */
  public List<String> lines() {
    return List.copyOf(lines);
  }

  @Override
  public void close() {
    logger.detachAppender(appender);
    logger.setLevel(formerLevel);
    appender.stop();
  }
}
