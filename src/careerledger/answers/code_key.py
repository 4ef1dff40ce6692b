"""The key of the code that made a state: a saved state is only used by the very code that made it.

The key includes more than can decide a state, on purpose. The key is a digest of

- Python's version and flags, and the names and times of all installed distributions;
- the sources of careerledger, unless it is installed;
- the sources of every module outside the standard library and installed distributions that the
  modules of the projection, its bases and its events import, directly or not;
- what the code that can be reached from the projection reads from modules, classes and closures.

There is no key where that cannot be known: a function is not in the source of its module, as in a
notebook; a source is younger than the process; a value is neither plain nor frozen; or the
code reaches for files, the environment, clocks, chance, or imports by name. Then nothing is saved
or kept, and each question folds again.

All that was read is watched, so asking for a key again only compares it.
"""

import builtins
import enum
import re
import site
import sys
import sysconfig
import time
import types
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields as fields_of_dataclass, is_dataclass
from datetime import date, datetime, time as time_of_day, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from functools import cache, partial
from hashlib import blake2b
from itertools import chain
from operator import is_
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final, NamedTuple, cast
from uuid import UUID
from weakref import WeakKeyDictionary
from zoneinfo import ZoneInfo

import attrs
import msgspec

from careerledger.events import catalogue
from careerledger.projections import Projection
from careerledger.projections.base import meta_of

__all__ = ["code_key"]


def code_key(projection: type[Projection[Any]], *, anew: bool = False) -> str | None:
    """Return the key of the code that a projection consists of; None: it cannot be known.

    Args:
        projection: The projection.
        anew: Read everything again, also where all that was read seems to be as it was.
    """
    reading = None if anew else _readings.get(projection)
    if reading is None or not reading.is_current():
        reading = _readings[projection] = _read(projection)
    return reading.key


class _Watched(NamedTuple):
    """Something that was read: ``get(*arguments)`` gave this value."""

    get: Callable[..., object]
    arguments: tuple[Any, ...]
    value: object
    items: bool
    """Return whether the value is a tuple of a container's items, built anew each time."""


def _are_the_same(some: Any, others: Any) -> bool:
    return len(some) == len(others) and all(map(is_, some, others))


class _Reading(NamedTuple):
    """A key, and what it depends on."""

    key: str | None
    catalogue_size: int
    watched: list[_Watched]

    def is_current(self) -> bool:
        """Return whether everything that was read is unchanged."""
        if self.catalogue_size != catalogue.size:
            return False
        for get, arguments, value, items in self.watched:
            now = get(*arguments)
            if now is not value and not (items and _are_the_same(now, value)):
                return False
        return True


_readings: "WeakKeyDictionary[type, _Reading]" = WeakKeyDictionary()


def _read(projection: type[Projection[Any]]) -> _Reading:
    walk, size = _Walk(), catalogue.size
    try:
        walk.value(projection)
        for event in catalogue:
            if meta_of(projection).consumes(event):
                walk.value(event)
        key = _digest([*_of_this_process(), *_sources(walk.modules), *walk.parts])
    except Exception:  # noqa: BLE001 - whatever goes wrong in code of a user: it is not known
        key = None
    return _Reading(key, size, walk.watched)


class _UnknowableError(Exception):
    """What decides a state cannot be known."""


def _digest(parts: Iterable[str]) -> str:
    text = "\0".join(parts)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


# What code reads


class _Walk:
    """Goes through everything that can be reached from a projection, and writes it down."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.modules: set[str] = set()
        """Names of the modules of a user in which something was reached."""
        self.watched: list[_Watched] = []
        self._numbers: dict[int, int] = {}
        """In which order objects were reached, by their ``id``."""
        self._alive: list[object] = []
        """All that was reached: an ``id`` is unique only among objects that exist."""

    def value(self, value: Any) -> None:
        if type(value) in _PLAIN:
            self.parts.append(f"{type(value).__name__} {value!r}")
            return
        number = self._numbers.setdefault(id(value), len(self._numbers))
        if number != len(self._numbers) - 1:
            self.parts.append(f"number {number}")
            return
        self._alive.append(value)
        self.parts.append(type(value).__qualname__)
        self._inside(value)

    def _inside(self, value: Any) -> None:
        for kinds, read in _READERS:
            if isinstance(value, kinds):
                read(self, value)
                return
        wrapped = getattr(value, "__wrapped__", None)  # of a cached function
        if wrapped is not None:
            self.value(wrapped)
        elif isinstance(value, _ANNOTATIONS) or type(value).__module__ in {"typing", "types"}:
            self.parts.append(_ADDRESS.sub("", repr(value)))
        else:
            self._instance(value)

    def _watch(
        self, value: object, get: Callable[..., object], *arguments: Any, items: bool = False
    ) -> None:
        self.watched.append(_Watched(get, arguments, value, items))

    # Containers and instances

    def read_sequence(self, value: Any) -> None:
        self.values([_class_of(value), *self._items(tuple, value)])

    def _items(self, get: Callable[[Any], tuple[Any, ...]], container: Any) -> tuple[Any, ...]:
        items = get(container)
        self._watch(items, get, container, items=True)
        return items

    def values(self, values: Iterable[object]) -> None:
        for value in values:
            self.value(value)
        self.parts.append("end")

    def read_set(self, value: Any) -> None:
        self.values(sorted(self._items(tuple, value), key=repr))

    def read_mapping(self, value: Any) -> None:
        self.values(self._items(_names_and_values, value))

    def _instance(self, value: Any) -> None:
        """Read the fields of a frozen instance."""
        cls = _class_of(value)
        names = _fields_of_frozen(cls)
        if names is None:
            raise _UnknowableError(f"{cls} is neither plain nor frozen")
        self.value(cls)
        self.values(getattr(value, name, None) for name in names)

    def read_member_of_enum(self, value: enum.Enum) -> None:
        self.value(type(value))
        self.parts.append(value.name)
        self.value(value.value)

    def read_text_or_number(self, value: Any) -> None:
        self.values([_class_of(value), value.__repr__()])

    # Functions and classes

    def read_method(self, method: MethodType) -> None:
        self.values([method.__func__, method.__self__])

    def read_property(self, value: Any) -> None:
        self.values([value.fget, value.fset, value.fdel])

    def read_partial(self, value: "partial[Any]") -> None:
        self.values([value.func, value.args, value.keywords])

    def read_builtin(self, value: Any) -> None:
        name = f"{getattr(value, '__module__', None)}.{value.__qualname__}"
        if value.__name__ in _UNKNOWABLE_NAMES:
            raise _UnknowableError(name)
        self.parts.append(name)
        owner = getattr(value, "__self__", None)
        if not isinstance(owner, ModuleType | None):
            self.value(owner)

    def read_function(self, function: FunctionType) -> None:
        module, code = function.__globals__["__name__"], function.__code__
        self.parts += [module, code.co_qualname, str(code.co_firstlineno), code.co_code.hex()]
        self._watch(code, getattr, function, "__code__")
        for name in ("__defaults__", "__kwdefaults__"):
            value = getattr(function, name)
            self._watch(value, getattr, function, name)
            self.value(value)
        registry = getattr(function, "registry", None)  # of functools.singledispatch
        if registry is not None:
            self.read_mapping(registry)
            return
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True):
            content = _content(cell)
            self.parts.append(name)
            self._watch(content, _content, cell)
            self.value(content)
        self.read_mapping(function.__dict__)
        if _is_of_user(function.__globals__):
            self.modules.add(module)
            if code not in _codes_of(module):
                raise _UnknowableError(f"{code} is not in the source of {module}")
            self._names(function.__globals__, code)

    def _names(self, namespace: dict[str, Any], code: CodeType) -> None:
        names = {name for each in _nested(code) for name in each.co_names}
        if unknowable := names & _UNKNOWABLE_NAMES:
            raise _UnknowableError(f"{code} names {sorted(unknowable)}")
        for name in sorted(names):
            if name in namespace:
                self._named(namespace, name, names)
            elif hasattr(builtins, name):
                self._watch(None, namespace.get, name)
            # What is imported within a function is named by the module's full name.
            elif name in sys.modules:
                self._named(sys.modules, name, names)

    def _named(self, namespace: dict[str, Any], name: str, names: set[str]) -> None:
        value = namespace[name]
        self.parts.append(name)
        self._watch(value, namespace.get, name)
        if not isinstance(value, ModuleType):
            self.value(value)
        elif value.__name__.partition(".")[0] in _UNKNOWABLE_MODULES:
            raise _UnknowableError(f"{value} is not pure")
        elif id(value) not in self._numbers and _is_of_user(vars(value)):
            self._numbers[id(value)] = len(self._numbers)
            self._alive.append(value)
            self.modules.add(value.__name__)
            for inner in sorted(names & vars(value).keys()):
                self._named(vars(value), inner, names)
            del self._numbers[id(value)]  # other code may read other names of it
        elif _is_of_user(vars(value)):
            self.modules.add(value.__name__)

    def read_class(self, cls: type) -> None:
        self.parts += [cls.__module__, cls.__qualname__]
        module = sys.modules.get(cls.__module__)
        if module is not None and not _is_of_user(vars(module)):
            if getattr(module, cls.__qualname__, cls) is cls:
                return
            # One made from it, as with other parameters.
        elif getattr(module, "__file__", None):
            self.modules.add(cls.__module__)
        self._members(cls)
        for base in cls.__mro__[1:]:
            self.value(base)

    def _members(self, cls: type) -> None:
        members = vars(cls)
        self._watch(len(members), len, members)
        for name, member in members.items():
            if name in _MADE_BY_PYTHON or isinstance(member, _SLOTS) or _is_generated(cls, member):
                continue
            self.parts.append(name)
            self._watch(member, members.get, name)
            self.value(member)
        if attrs.has(cls):
            for field in attrs.fields(cls):
                self.parts.append(f"{field.name}: {_ADDRESS.sub('', str(field.type))}")
                self.value(getattr(field.default, "factory", field.default))


def _class_of(value: Any) -> Any:
    return cast("Any", type(value))


def _fields_of_frozen(cls: Any) -> list[str] | None:
    """Return the names of the fields of a frozen class; None: it is no such class."""
    if attrs.has(cls) and _name_of(cls.__setattr__) == "_frozen_setattrs":
        return [field.name for field in attrs.fields(cls)]
    if is_dataclass(cls) and getattr(cls, "__dataclass_params__").frozen:  # noqa: B009 - for types
        return [field.name for field in fields_of_dataclass(cls)]
    if issubclass(cls, msgspec.Struct) and getattr(cls, "__struct_config__").frozen:  # noqa: B009
        return [field.name for field in msgspec.structs.fields(cls)]
    return None


def _name_of(function: object) -> str:
    return getattr(function, "__name__", "")


def _is_generated(cls: Any, member: object) -> bool:
    """Return whether attrs, a dataclass or a named tuple wrote a method."""
    function = getattr(member, "__func__", member)
    code = getattr(getattr(function, "__wrapped__", function), "__code__", None)
    file = getattr(code, "co_filename", "")
    if file.startswith("<attrs generated"):
        return attrs.has(cls)
    made = is_dataclass(cls) or (tuple in cls.__mro__ and hasattr(cls, "_fields"))
    return made and _name_of(function).startswith("__") and file == "<string>"


def _names_and_values(mapping: Mapping[Any, Any]) -> tuple[Any, ...]:
    return tuple(chain.from_iterable(mapping.items()))


def _content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # a variable of an enclosing function that has no value yet
        return None


def _nested(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _nested(constant)


_ADDRESS: Final = re.compile(r" at 0x[0-9a-f]+", re.IGNORECASE)
_PLAIN: Final[frozenset[type]] = frozenset(
    {
        *(str, bytes, int, float, complex, bool, type(None), type(...), type(NotImplemented)),
        *(date, datetime, time_of_day, timedelta, timezone, ZoneInfo),
        *(Decimal, Fraction, UUID, range, slice, re.Pattern, type(attrs.NOTHING)),
    }
)
_ANNOTATIONS: Final = (types.GenericAlias, types.UnionType, typing.TypeVar, typing.NewType)
_SLOTS: Final[tuple[Any, ...]] = (
    *(types.MemberDescriptorType, types.GetSetDescriptorType),
    _class_of(vars(_Watched)["value"]),  # a field of a named tuple
)
_BUILTINS: Final = (
    *(types.BuiltinFunctionType, types.MethodDescriptorType, types.WrapperDescriptorType),
    *(types.ClassMethodDescriptorType, types.MethodWrapperType),
)
_MADE_BY_PYTHON: Final = frozenset(
    {
        *("__dict__", "__weakref__", "__module__", "__qualname__", "__doc__", "__annotations__"),
        *("__slots__", "__match_args__", "__abstractmethods__", "_abc_impl", "__parameters__"),
        *("__orig_bases__", "__attrs_attrs__", "__attrs_base_of_slotted__", "__attrs_props__"),
        *("__attrs_own_setattr__", "__dataclass_fields__", "__dataclass_params__"),
        *("__msgspec_cache__", "__static_attributes__", "__firstlineno__", "_field_types"),
    }
)
_UNKNOWABLE_MODULES: Final = frozenset(
    {
        *("os", "io", "sys", "time", "random", "secrets", "socket", "subprocess", "importlib"),
        *("locale", "tempfile", "shutil", "glob", "pathlib", "urllib", "http", "sqlite3", "apsw"),
        *("builtins", "gc", "inspect", "threading", "multiprocessing", "asyncio", "ctypes"),
        "pkgutil",
        *("shelve", "dbm", "linecache", "pkg_resources", "requests", "httpx", "numpy.random"),
    }
)
"""Code that names one of these may read what is not in the code."""
_UNKNOWABLE_NAMES: Final = frozenset(
    {
        *("open", "input", "eval", "exec", "compile", "__import__", "globals", "locals", "vars"),
        *("import_module", "environ", "getenv", "today", "now", "utcnow", "uuid1", "uuid4"),
        *("read_text", "read_bytes", "getrandom", "urandom", "random"),
    }
)
"""Functions whose result depends on more than their arguments."""
_READERS: Final[tuple[tuple[Any, Callable[[_Walk, Any], None]], ...]] = (
    (FunctionType, _Walk.read_function),
    (type, _Walk.read_class),
    (enum.Enum, _Walk.read_member_of_enum),
    (
        (str, bytes, int, float),
        lambda walk, value: walk.values([_class_of(value), value.__repr__()]),
    ),
    (_BUILTINS, _Walk.read_builtin),
    (MethodType, _Walk.read_method),
    ((staticmethod, classmethod), lambda walk, value: walk.value(value.__func__)),
    (property, _Walk.read_property),
    (partial, _Walk.read_partial),
    ((list, tuple), _Walk.read_sequence),
    ((set, frozenset), _Walk.read_set),
    (Mapping, _Walk.read_mapping),
)


# Sources


def _is_of_user(namespace: Mapping[str, Any]) -> bool:
    """Return whether a module is not of careerledger, an installed package or Python itself."""
    name, file = str(namespace.get("__name__")), namespace.get("__file__")
    if name.partition(".")[0] == "careerledger" or name in sys.builtin_module_names:
        return False
    spec = namespace.get("__spec__")
    if file is None and spec is not None and spec.origin in {"built-in", "frozen"}:
        return False
    return file is None or not _is_installed(str(Path(file).absolute()))


@cache
def _is_installed(file: str) -> bool:
    return file.startswith(_installed_folders())


@cache
def _installed_folders() -> tuple[str, ...]:
    """Return the folders of the standard library and of installed distributions."""
    paths = sysconfig.get_paths()
    folders = {paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    folders |= {*site.getsitepackages(), site.getusersitepackages()}
    return tuple(f"{form}/" for each in folders for form in {each, str(Path(each).resolve())})


@cache
def _of_this_process() -> tuple[str, ...]:
    """Return what the results of all code in this process depend on."""
    package = Path(__file__).parents[1]
    installed = _is_installed(str(package / "__init__.py"))
    sources = [] if installed else sorted(package.rglob("*.py"))
    return (
        sys.version,
        repr(sys.flags),
        *sorted(_distributions()),
        *(f"{file.relative_to(package)} {_source_of(file).digest}" for file in sources),
    )


def _distributions() -> Iterator[str]:
    for entry in sys.path:
        folder = Path(entry or ".")
        if folder.is_dir():
            for info in folder.glob("*.*-info"):
                yield f"{info.name} {info.stat().st_mtime_ns}"


class _Source(NamedTuple):
    digest: str
    imports: tuple[str, ...]
    """Names of modules as they stand in its import statements, the dots of relative ones too."""


def _source_of(file: Path) -> _Source:
    if file.suffix != ".py":
        raise _UnknowableError(f"{file} is no source")
    changed = file.stat().st_mtime
    if changed > _started():
        raise _UnknowableError(f"{file} is younger than this process")
    return _parsed(file, changed)


@cache
def _parsed(file: Path, _changed: float) -> _Source:
    content = file.read_bytes()
    imports: set[str] = set()
    for package, within, plain in _IMPORT.findall(content.decode("utf-8", "replace")):
        names = re.findall(r"[\w.]+", within or plain)
        dot = "" if not package or package.endswith(".") else "."
        imports |= {package, *(f"{package}{dot}{name}" for name in names)}
    return _Source(blake2b(content, digest_size=16).hexdigest(), tuple(sorted(imports - {""})))


_IMPORT: Final = re.compile(
    r"""^(?:.*[;:])?[ \t]*(?:
        from[ \t]+([\w.]+)[ \t]+import\b[ \t]*(\([^)]*\)|.*)
        | import[ \t]+(.*)
    )""",
    re.MULTILINE | re.VERBOSE,
)
"""An import statement, also one within a function or behind another statement of its line."""


def _sources(modules: Iterable[str]) -> Iterator[str]:
    """Yield the sources of modules, of all that they import, and of the packages above them."""
    waiting, known = sorted(modules), set[str]()
    while waiting:
        name = waiting.pop()
        if name in known:
            continue
        known.add(name)
        file = _file_of(name)
        if file is None:
            continue
        source = _source_of(file)
        yield f"{name} {source.digest}"
        above = name.rpartition(".")[0]
        package = name if file.name == "__init__.py" else above
        waiting += [above] if above else []
        waiting += [_absolute(each, package) for each in source.imports]


def _absolute(name: str, package: str) -> str:
    """Return the full name of a module that is imported in a package."""
    rest = name.lstrip(".")
    up = len(name) - len(rest)
    for _ in range(up - 1):
        package = package.rpartition(".")[0]
    return ".".join(filter(None, [package, rest])) if up else name


def _file_of(name: str) -> Path | None:
    """Return the file of a user's module; None: it is of another kind or has no file."""
    module = sys.modules.get(name)
    if module is not None:
        if not _is_of_user(vars(module)):
            return None
        file = getattr(module, "__file__", None)
        if file is None and not hasattr(module, "__path__"):
            raise _UnknowableError(f"{name} has no source")
        return None if file is None else Path(file)
    top, _, _ = name.partition(".")
    if top in sys.stdlib_module_names or top == "careerledger":
        return None
    return _unloaded(name)


def _unloaded(name: str) -> Path | None:
    """Return the file that a module would be loaded from, without loading it."""
    relative = Path(*name.split("."))
    for entry in sys.path:
        for file in (Path(entry) / relative / "__init__.py", Path(entry) / f"{relative}.py"):
            if file.is_file():
                return None if _is_installed(str(file.absolute())) else file
    return None


def _codes_of(module: str) -> frozenset[CodeType]:
    loaded = sys.modules[module]
    file = Path(str(loaded.__file__))
    return _codes(module, file, file.stat().st_mtime)


@cache
def _codes(module: str, _file: Path, _changed: float) -> frozenset[CodeType]:
    """Return all code in the source of a module as it is now."""
    loader: Any = sys.modules[module].__loader__
    return frozenset(_nested(loader.get_code(module)))


@cache
def _started() -> float:
    """Return when this process began, or at least when this module was loaded."""
    try:
        stat = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        running = time.clock_gettime(time.CLOCK_BOOTTIME) - int(stat[19]) / 100
        return time.time() - running
    except (OSError, AttributeError, ValueError, IndexError):
        return _LOADED


_LOADED: Final = time.time()
