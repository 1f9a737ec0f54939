import Testing

@testable import Gateway

@Suite struct MetricsTests {
    @Test func `a histogram counts each value once, and in every bucket that it fits into`() {
        var histogram = Histogram(.counts)
        for value in [0.0, 1, 1.5, 1024, 1025, .infinity] { histogram.add(value) }
        #expect(histogram.count == 6)
        #expect(histogram.cumulative.first == 2 && histogram.cumulative[1] == 3 && histogram.cumulative.last == 4)
        #expect(histogram.sum == 2051.5)
        var other = Histogram(.counts)
        other.add(histogram)
        other.add(3)
        #expect(other.count == 7 && other.cumulative[2] == 4 && other.sum == 2054.5)
        other.add(Histogram(.latency))
        #expect(other.count == 7)
    }

    @Test func `durations are seconds, and one that a clock has made negative is none`() {
        var histogram = Histogram(.latency)
        histogram.add(.milliseconds(3))
        histogram.add(.seconds(-5))
        #expect(histogram.cumulative.prefix(4) == [1, 1, 1, 2])
        #expect(abs(histogram.sum - 0.003) < 1e-9)
    }

    @Test func `metrics are written in Prometheus's text format`() {
        var text = MetricsText()
        text.counter("a_total", "An A.", 3)
        text.gauge("b", "A B.", 0.25)
        text.gauges("c", "Cs.", [(MetricLabels(MetricLabel("of", "x"), MetricLabel("at", 7)), 1)])
        var histogram = Histogram(.counts)
        histogram.add(5)
        text.histogram("d", "A D.", histogram)
        let lines = text.text.split(separator: "\n").map(String.init)
        #expect(lines.prefix(3) == ["# HELP a_total An A.", "# TYPE a_total counter", "a_total 3"])
        #expect(lines.contains("b 0.25") && lines.contains("c{of=\"x\",at=\"7\"} 1"))
        #expect(lines.contains("d_bucket{le=\"4\"} 0") && lines.contains("d_bucket{le=\"8\"} 1"))
        #expect(lines.suffix(3) == ["d_bucket{le=\"+Inf\"} 1", "d_sum 5", "d_count 1"])
    }

    @Test func `a part that does not answer is missing, and said to be`() async {
        let registry = MetricsRegistry()
        registry.register {
            var text = MetricsText()
            text.counter("a_total", "An A.", 1)
            return text
        }
        registry.register { nil }
        let page = await registry.page().text
        #expect(page.contains("a_total 1\n") && page.contains("foyer_metrics_missing_parts 1\n"))
    }

    @Test func `the process knows its memory and its descriptors`() throws {
        let status = try #require(ProcessStatus())
        #expect(status.residentBytes > 1 << 20 && status.virtualBytes > status.residentBytes)
        #expect(status.openDescriptors >= 3 && status.openDescriptors <= status.mostDescriptors)
        #expect(status.threads >= 1 && status.processorSeconds > 0)
        // 2020 and 2100.
        #expect(status.startSeconds > 1_577_836_800 && status.startSeconds < 4_102_444_800)
    }
}
