package io.plenum;

/** Starts one node. */
public final class Plenum {
  private Plenum() {}

  public static void main(String[] args) {
    System.out.println("Plenum");
  }
}
