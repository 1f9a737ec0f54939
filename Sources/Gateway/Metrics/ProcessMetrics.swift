import Glibc

/// What the kernel knows of this process, under the names that Prometheus's own clients use, and which release it is.
extension MetricsRegistry {
    func watch(_ figures: HouseFigures) {
        register {
            var text = MetricsText()
            text.gauges(
                "foyer_build_info", "The release that runs; always 1.",
                [(MetricLabels(MetricLabel("version", FoyerVersion.text)), 1)])
            text.gauge("foyer_uptime_seconds", "Since the house was opened.", figures.uptimeSeconds)
            if let status = ProcessStatus() { Self.write(status, to: &text) }
            return text
        }
    }

    private static func write(_ status: ProcessStatus, to text: inout MetricsText) {
        text.gauge("process_resident_memory_bytes", "Memory that the process occupies.", status.residentBytes)
        text.gauge("process_virtual_memory_bytes", "Addresses that the process has reserved.", status.virtualBytes)
        text.gauge("process_open_fds", "Descriptors that are open: connections, files.", status.openDescriptors)
        text.gauge("process_max_fds", "Descriptors that may be open.", status.mostDescriptors)
        text.gauge("process_threads", "Threads.", status.threads)
        text.counterSeconds("process_cpu_seconds_total", "Processor time, of all threads.", status.processorSeconds)
        text.gauge("process_start_time_seconds", "When the process began, since 1970.", status.startSeconds)
    }
}

/// Read from proc(5).
struct ProcessStatus {
    let residentBytes: Int
    let virtualBytes: Int
    let openDescriptors: Int
    let mostDescriptors: Int
    let threads: Int
    let processorSeconds: Double
    let startSeconds: Double

    /// Nil where there is no /proc.
    init?() {
        guard let stat = Self.read("/proc/self/stat"), let bracket = stat.lastIndex(of: ")") else { return nil }
        // From the third field on: the second, a name in brackets, may hold anything.
        let fields = stat[stat.index(after: bracket)...].split(separator: " ").map { Double($0) ?? 0 }
        guard fields.count > 21 else { return nil }
        let ticks = Double(max(1, sysconf(Int32(_SC_CLK_TCK))))
        processorSeconds = (fields[11] + fields[12]) / ticks
        threads = Int(clamping: fields[17])
        virtualBytes = Int(clamping: fields[20])
        residentBytes = Int(clamping: fields[21] * Double(sysconf(Int32(_SC_PAGESIZE))))
        startSeconds = Self.bootSeconds + fields[19] / ticks
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        mostDescriptors = Int(clamping: limit.rlim_cur)
        openDescriptors = Self.descriptorCount
    }

    private static let bootSeconds: Double = {
        let line = read("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst(6)) } ?? 0
    }()

    private static var descriptorCount: Int {
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while let entry = readdir(folder) {
            if entry.pointee.d_name.0 != CChar(bitPattern: UInt8(ascii: ".")) { count += 1 }
        }
        // The one that looks is not counted.
        return max(0, count - 1)
    }

    private static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension Int {
    /// What is no number, or too large, becomes the nearest that is.
    fileprivate init(clamping value: Double) {
        self = value.isNaN ? 0 : Int(exactly: value.rounded()) ?? (value < 0 ? .min : .max)
    }
}
