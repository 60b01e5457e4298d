"""What is measured of a running service, for Prometheus. Labels are few and known beforehand: no ids, no people."""

from credcore_app.telemetry.counted import CountedProfiles, CountedQueue
from credcore_app.telemetry.exposition import CONTENT_TYPE, Exposition
from credcore_app.telemetry.instruments import AiInstruments, Instruments
from credcore_app.telemetry.wiring import Telemetry, open_telemetry

__all__ = [
    "CONTENT_TYPE",
    "AiInstruments",
    "CountedProfiles",
    "CountedQueue",
    "Exposition",
    "Instruments",
    "Telemetry",
    "open_telemetry",
]
