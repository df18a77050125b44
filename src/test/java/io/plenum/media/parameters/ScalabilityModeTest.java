package io.plenum.media.parameters;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScalabilityModeTest {
  @ParameterizedTest
  @CsvSource({"L1T1,1,1,false", "L1T3,1,3,false", "L3T3,3,3,false", "L3T3_KEY,3,3,true", "S2T1,2,1,false",
      "L2T2h,2,2,false", "L2T2_KEY_SHIFT,2,2,true", "S3T3h,3,3,false", "L8T8,8,8,false"})
  void namesItsLayers(String mode, int spatialLayers, int temporalLayers, boolean ksvc) {
    assertEquals(new ScalabilityMode(spatialLayers, temporalLayers, ksvc), ScalabilityMode.parse(mode));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "L", "LT", "L0T1", "L1T0", "L9T1", "L1T9", "L99T99", "l1t3", "M1T3", "L-1T3", "L3T3_KE",
      "L3T3_KEY ", "xL3T3", "L3", "L99999999999T1"})
  void nonsenseMeansOneLayer(String mode) {
    assertEquals(ScalabilityMode.NONE, ScalabilityMode.parse(mode));
  }

  @Test
  void absentMeansOneLayer() {
    assertEquals(ScalabilityMode.NONE, ScalabilityMode.parse(null));
  }
}
