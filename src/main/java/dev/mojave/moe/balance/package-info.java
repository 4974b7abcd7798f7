/** Balance losses and load statistics: pure functions of the routing. */
@NullMarked
package dev.mojave.moe.balance;

import org.jspecify.annotations.NullMarked;
