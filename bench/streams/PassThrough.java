import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.internals.DefaultKafkaClientSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Kafka Streams as a contender: copies records and stores the offset under the key, as the stage
 * {@code engine} does. Arguments: input topic, output topic, number of records, {@code memory} or
 * {@code rocksdb}, and a file of settings. It ends when the job is done, or when stdin closes
 * because its parent ended.
 */
public final class PassThrough {
    private static final OperatingSystemMXBean SYSTEM =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final CountDownLatch DONE = new CountDownLatch(1);
    private static volatile Throwable failure;

    // Only the stream thread counts.
    private static long processed;
    private static long wanted;
    private static long[] begun;
    private static volatile String figures;

    public static void main(String[] arguments) throws Exception {
        String from = arguments[0];
        String to = arguments[1];
        wanted = Long.parseLong(arguments[2]);
        boolean inMemory = arguments[3].equals("memory");
        Properties settings = new Properties();
        try (var file = Files.newBufferedReader(Path.of(arguments[4]))) {
            settings.load(file);
        }
        settings.put(StreamsConfig.DEFAULT_KEY_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        settings.put(StreamsConfig.DEFAULT_VALUE_SERDE_CLASS_CONFIG, Serdes.ByteArraySerde.class);
        endWithTheParent();
        var streams = new KafkaStreams(topology(from, to, inMemory), settings, new Counting());
        streams.setUncaughtExceptionHandler(thrown -> {
            failure = thrown;
            DONE.countDown();
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.start();
        DONE.await();
        streams.close(Duration.ofSeconds(30));
        if (failure != null) {
            failure.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
        System.out.println(figures);
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static Topology topology(String from, String to, boolean inMemory) {
        var supplier = inMemory
                ? Stores.inMemoryKeyValueStore("state")
                : Stores.persistentKeyValueStore("state");
        var store = Stores.keyValueStoreBuilder(supplier, Serdes.ByteArray(), Serdes.ByteArray())
                .withLoggingEnabled(Map.of())
                .withCachingDisabled();
        return new Topology()
                .addSource("input", from)
                .addProcessor("pass", Step::new, "input")
                .addStateStore(store, "pass")
                .addSink("output", to, "pass");
    }

    private static final class Step implements Processor<byte[], byte[], byte[], byte[]> {
        private ProcessorContext<byte[], byte[]> context;
        private KeyValueStore<byte[], byte[]> store;

        @Override
        public void init(ProcessorContext<byte[], byte[]> context) {
            this.context = context;
            store = context.getStateStore("state");
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            long offset = context.recordMetadata().orElseThrow().offset();
            store.put(record.key(), Long.toString(offset).getBytes(StandardCharsets.US_ASCII));
            context.forward(record);
            processed++;
        }
    }

    /** A producer that notes each commit: with one thread it covers all that was processed. */
    private static final class Counting extends DefaultKafkaClientSupplier {
        @Override
        public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
            var bytes = new ByteArraySerializer();
            return new KafkaProducer<byte[], byte[]>(config, bytes, bytes) {
                @Override
                public void commitTransaction() {
                    super.commitTransaction();
                    committed();
                }
            };
        }
    }

    /**
     * As the bench's Meter, but from the first commit in the second half of the job to the one that
     * completes it: the first half warms the JVM up.
     */
    private static void committed() {
        if (processed < wanted / 2 || figures != null) {
            return;
        }
        long[] now = {processed, System.nanoTime(), SYSTEM.getProcessCpuTime()};
        if (begun == null) {
            begun = now;
        } else if (processed >= wanted) {
            double records = now[0] - begun[0];
            figures = String.format(
                    Locale.ROOT,
                    "{\"per_s\": %.1f, \"cpu_us\": %.4f, \"peak_mb\": %.1f}",
                    records / (now[1] - begun[1]) * 1e9,
                    (now[2] - begun[2]) / records / 1e3,
                    peakMb());
            DONE.countDown();
        }
    }

    private static double peakMb() {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            String line = lines.filter(each -> each.startsWith("VmHWM")).findFirst().orElseThrow();
            return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
        } catch (java.io.IOException unreadable) {
            throw new java.io.UncheckedIOException(unreadable);
        }
    }

    private static void endWithTheParent() {
        var watch = new Thread(() -> {
            try {
                while (System.in.read() >= 0) {}
            } catch (java.io.IOException closed) {
                // The same as its end.
            }
            Runtime.getRuntime().halt(2);
        });
        watch.setDaemon(true);
        watch.start();
    }
}
