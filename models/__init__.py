"""Text to vectors: load any encoder, the embedded offline default among them.

from models import load_encoder

encoder = load_encoder()
questions = encoder.encode_queries(["How do I cancel my account?"])
passages = encoder.encode_passages(["用户可以随时注销账户。"])
similarity = questions @ passages.T
"""

from models.encoder import Encoder
from models.errors import (
    CacheError,
    ModelError,
    ModelFormatError,
    ModelNotFoundError,
    WeightsError,
)
from models.fingerprint import Fingerprint
from models.loading import load_encoder

__all__ = [
    "CacheError",
    "Encoder",
    "Fingerprint",
    "ModelError",
    "ModelFormatError",
    "ModelNotFoundError",
    "WeightsError",
    "load_encoder",
]
