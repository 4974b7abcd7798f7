package dev.mojave.tensor;

import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.TensorOptions;

/** Constant native option objects, created once: otherwise every call would allocate one that is never freed. */
final class Options {
    private static final Map<DType, TensorOptions> CURRENT = new EnumMap<>(DType.class);
    private static final Map<DType, TensorOptions> HOST = new EnumMap<>(DType.class);

    private Options() {}

    /** Options for a tensor on the current device. */
    static synchronized TensorOptions of(DType type) {
        return CURRENT.computeIfAbsent(type, t -> make(t, Device.current()));
    }

    /** Options for a tensor in the host's memory. */
    static synchronized TensorOptions host(DType type) {
        return HOST.computeIfAbsent(type, t -> make(t, Device.CPU));
    }

    private static TensorOptions make(DType type, Device device) {
        TensorOptions options = new TensorOptions()
                .dtype(new ScalarTypeOptional(type.toNative()))
                .device(new DeviceOptional(device.toNative()));
        options.retainReference();
        return options;
    }
}
