"""What a running service holds: the encoder and the open index, and how it comes by them.

`Runtime.run` is one loop: load the encoder, open the index, answer a first question, and from then
on look for a newer index. A step that fails is logged, told by `/readyz`, and tried again; an open
index goes on serving whatever happens to the one that should follow it.
"""

from __future__ import annotations

import gc
import logging
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import anyio
from anyio import CapacityLimiter, to_thread

from indexer.errors import GenerationGoneError, IndexerError
from models.errors import ModelError
from service.errors import NotReadyError, UnknownPolicyError
from service.search.records import SearchFilter, SearchQuery, SearchResult
from service.search.stages import Stage
from service.settings import Settings
from service.tasks import Tasks
from service.writer import Writer

if TYPE_CHECKING:
    from datetime import date

    from indexer.snapshot import Snapshot
    from models import Encoder
    from models.calibration import Calibration
    from service.access.caller import Caller
    from service.lookup.coverage.table import Topics
    from service.search.live import LiveIndex
    from service.search.searcher import Searcher

T = TypeVar("T")

FIRST_QUESTION = SearchQuery(q="How do I cancel my account?", limit=1)
LONGEST_PAUSE_SECONDS = 60.0
SPARE_SEARCH_THREADS = 2
TURN_SECONDS = 0.0005
"""After which a thread that runs Python lets another have its turn. Python's own 5 ms are as long
as a search, and a thread back from the encoder or from FAISS would wait for all of them."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """An index that follows its directory, and the search over it."""

    live: LiveIndex
    searcher: Searcher
    equivalence: Calibration | None = None
    """How probable it is that two clauses say the same; `None`: unknown for this encoder."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether searches are answered, what is awaited if not, and the last failure if any."""

    ready: bool
    awaited: str
    failure: str | None


@dataclass(frozen=True, slots=True)
class SearchLoad:
    """How many searches run now, how many wait, and how many may run at once."""

    running: int
    waiting: int
    capacity: int


LoadEncoder = Callable[[Settings], "Encoder"]
OpenTheIndex = Callable[[Settings, "Encoder"], OpenIndex]
OnSearch = Callable[[Sequence[Stage]], None]


def load_encoder(settings: Settings) -> Encoder:
    """The encoder that the settings name. Blocking; imports the heavy libraries."""
    from models import load_encoder as load

    encoder = load(
        settings.model,
        cache_dir=settings.cache,
        offline=settings.offline,
        threads=settings.threads,
    )
    # The libraries and the encoder stay: nobody has to wait again and again, a tenth of a second
    # each time, while the collector looks through them for garbage.
    gc.collect()
    gc.freeze()
    return encoder


def open_index(settings: Settings, encoder: Encoder) -> OpenIndex:
    """The newest published index that the settings name. Blocking; raises `IndexerError`."""
    from models.calibration import find_calibration
    from service.search.live import LiveIndex

    live = LiveIndex(settings.index, encoder)
    equivalence = find_calibration(encoder.fingerprint, settings.cache, "equivalence")
    return OpenIndex(live, make_searcher(settings, live, encoder), equivalence)


def make_searcher(settings: Settings, live: LiveIndex, encoder: Encoder) -> Searcher:
    """The search over an open index, with the glossary and the calibration that belong to it.

    From now on the process's threads take shorter turns (`TURN_SECONDS`).
    """
    from indexer.lexical.glossary import read_glossary
    from models.calibration import find_calibration
    from service.search.searcher import Searcher

    sys.setswitchinterval(TURN_SECONDS)
    return Searcher(
        live,
        encoder,
        longest_query=settings.max_query_chars,
        glossary=read_glossary(settings.glossary) if settings.glossary else None,
        calibration=find_calibration(encoder.fingerprint, settings.cache),
        questions_kept=settings.query_cache,
    )


class Runtime:
    """The encoder and the index of one service. Made anew at each start; closed at its end."""

    def __init__(
        self,
        settings: Settings,
        *,
        encoder: Encoder | None = None,
        load: LoadEncoder = load_encoder,
        open_: OpenTheIndex = open_index,
        on_search: OnSearch = lambda stages: None,
    ) -> None:
        """`on_search` is told how long the stages of each search took."""
        self.settings = settings
        self.encoder_load_seconds: float | None = None
        self.leaving = False
        """Whether the service is shutting down, and wants no further requests."""
        self._on_search = on_search
        self._encoder = encoder
        self._load = load
        self._open = open_
        self._opened: OpenIndex | None = None
        self._awaited = "the encoder is being loaded"
        self._failure: str | None = None
        self._searches = CapacityLimiter((os.cpu_count() or 1) + SPARE_SEARCH_THREADS)
        self._upkeep = CapacityLimiter(1)
        self.writer = Writer(settings, self._loaded_encoder)
        self.tasks = Tasks(self.writer.apply, self.catch_up)

    @property
    def encoder(self) -> Encoder | None:
        """The encoder, once it is loaded."""
        return self._encoder

    def _loaded_encoder(self) -> Encoder:
        if self._encoder is None:
            raise NotReadyError("Not yet: the encoder is being loaded. Try again in a moment.")
        return self._encoder

    @property
    def readiness(self) -> Readiness:
        """Whether searches are answered, and why not."""
        return Readiness(self._opened is not None, self._awaited, self._failure)

    @property
    def search_load(self) -> SearchLoad:
        """How busy the searches are."""
        state = self._searches.statistics()
        return SearchLoad(state.borrowed_tokens, state.tasks_waiting, int(state.total_tokens))

    @cached_property
    def topics(self) -> Topics:
        """The topics of the coverage table. Raises `TopicsError` for a file that is no list."""
        from service.lookup.coverage.table import Topics
        from service.lookup.coverage.topics import read_topics

        file = self.settings.topics
        return Topics(None if file is None else read_topics(file))

    def leave(self) -> None:
        """From now on say that the service is shutting down; requests are still answered."""
        self.leaving = True

    def opened(self) -> OpenIndex:
        """The open index; raises `NotReadyError` until there is one."""
        if self._opened is None:
            raise NotReadyError(
                f"Not yet: {self._awaited}. Try again in a moment; /readyz tells more."
            )
        return self._opened

    def snapshot(self) -> Snapshot:
        """The generation served now; raises `NotReadyError` until there is one."""
        return self.opened().live.snapshot

    def view(self, caller: Caller, as_of: date | None = None) -> Snapshot:
        """The same as this caller may see it, on a date; `None`: now."""
        return self.snapshot().seen_by(caller.sees_groups, as_of)

    async def catch_up(self) -> None:
        """Serve the newest published generation from now on, rather than at the next look."""
        await to_thread.run_sync(self._advance, limiter=self._upkeep)

    async def search(
        self, query: SearchQuery, show: Callable[[SearchResult], T]
    ) -> tuple[SearchResult, T]:
        """Search in a worker thread; as many at a time as the processors can use.

        `show` makes something of the result in the same thread, where it may read the index.
        """
        opened = self.opened()

        def search() -> tuple[SearchResult, T]:
            found = _search(opened, query)
            return found, show(found)

        asked = time.perf_counter()
        result, shown = await to_thread.run_sync(search, limiter=self._searches)
        if result.stages:
            began = result.stages[0].began
            self._on_search((Stage("wait", asked, began - asked), *result.stages))
        if self.settings.log_queries:
            found = {"total": result.total, "generation": result.generation}
            logger.info("search", extra={"q": query.q, "query_lang": result.query_lang, **found})
        return result, shown

    async def look_up(self, lookup: Callable[[OpenIndex], T]) -> T:
        """Run what reads the index for long in a worker thread, as a search is.

        Where the generation has gone from the store meanwhile, it is done again on the newest.
        """
        return await to_thread.run_sync(_look_up, self.opened(), lookup, limiter=self._searches)

    async def run(self) -> None:
        """Become ready and follow the index directory, until cancelled."""
        pause = self.settings.refresh_seconds
        while True:
            try:
                await to_thread.run_sync(self._advance, limiter=self._upkeep)
            except Exception as error:
                self._note_failure(error)
                # Loading an encoder is heavy: ever longer pauses between the attempts.
                if self._encoder is None:
                    pause = min(2 * pause, max(LONGEST_PAUSE_SECONDS, pause))
            else:
                self._failure = None
            if self._encoder is not None:
                pause = self.settings.refresh_seconds
            await anyio.sleep(pause)

    def close(self) -> None:
        """Close the index and what writes it."""
        self.tasks.close()
        self.writer.close()
        if self._opened is not None:
            self._opened.live.close()
            self._opened = None

    def _advance(self) -> None:
        """Do the next step towards being ready, or look for a newer index. Blocking."""
        if self._encoder is None:
            self._awaited = "the encoder is being loaded"
            started = time.perf_counter()
            self._encoder = self._load(self.settings)
            self.encoder_load_seconds = time.perf_counter() - started
            logger.info("encoder loaded in %.1fs", self.encoder_load_seconds)
        if self._opened is None:
            self._awaited = "an index is being opened"
            opened = self._open(self.settings, self._encoder)
            try:
                self._awaited = "a first question is being answered"
                _search(opened, FIRST_QUESTION)
            except Exception:
                opened.live.close()
                raise
            self._opened = opened
            logger.info("ready: serving generation %d", opened.live.snapshot.generation)
        elif self._opened.live.refresh():
            logger.info("now serving generation %d", self._opened.live.snapshot.generation)

    def _note_failure(self, error: Exception) -> None:
        expected = isinstance(error, (IndexerError, ModelError))
        failure = str(error) if expected else f"{type(error).__name__}: {error}"
        if failure != self._failure:  # Once, not at every attempt.
            logger.warning("%s", failure, exc_info=None if expected else error)
        self._failure = failure


def _search(opened: OpenIndex, query: SearchQuery) -> SearchResult:
    _use_one_processor()
    check_policies(opened.live.snapshot.seen_by(query.groups, query.filter.as_of), query.filter)
    return opened.searcher.search(query)


def _look_up(opened: OpenIndex, lookup: Callable[[OpenIndex], T]) -> T:
    _use_one_processor()
    try:
        return lookup(opened)
    except GenerationGoneError:
        if not opened.live.refresh():
            raise
        return lookup(opened)


def check_policies(snapshot: Snapshot, restriction: SearchFilter) -> None:
    """Raise `UnknownPolicyError` for a filter by policies that the caller does not see."""
    unknown = tuple(p for p in restriction.policy_id if snapshot.policy(p) is None)
    if unknown:
        raise UnknownPolicyError(unknown)


def _use_one_processor() -> None:
    # OpenMP keeps this number per calling thread, so that it must be set in each worker thread.
    # One: concurrent searches already use every processor.
    import faiss

    faiss.omp_set_num_threads(1)
