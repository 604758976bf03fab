"""The embedded default model, converted for real.

Uses the shared cache ($POLICY_SEARCH_CACHE or the user's cache folder), so only the first run
on a machine converts. Comparing with fp32 torch needs a 470 MB folder, made in a temporary one.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from models import Encoder, ModelFormatError, ModelNotFoundError, load_encoder
from models.backends import OnnxBackend
from models.embedded import embedded_folder
from models.folder import DENSE_FILE, DENSE_FOLDER, DENSE_TENSOR

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("POLICY_SEARCH_SHARED", ROOT.parent / "shared"))

# First eight of 384 numbers, from the fp32 torch form of the same weights. Rounding to 8 bits moves
# a number by 0.0016 (standard deviation), on any processor alike; another text is 0.03 away.
PINNED_BASE = {
    "query: How do I cancel my account?": [
        0.0665,
        -0.0129,
        -0.031,
        -0.0673,
        0.0238,
        -0.0138,
        0.0187,
        0.0534,
    ],
    "query: 注销账户后信息保存多久？": [
        0.0632,
        -0.0241,
        0.0032,
        -0.0775,
        0.0067,
        -0.0382,
        0.0032,
        0.0511,
    ],
    "passage: We delete your personal data within 30 days after you close your account.": [
        0.0427,
        0.0109,
        0.0148,
        -0.0741,
        0.0233,
        -0.0057,
        -0.0503,
        0.0059,
    ],
    "passage: 用户注销账户后，我们会在三十日内删除其个人信息。": [
        0.0736,
        0.0115,
        -0.0197,
        -0.0582,
        0.056,
        0.0288,
        -0.0364,
        -0.0144,
    ],
}

PINNED = {
    "query: How do I cancel my account?": [
        0.0672,
        -0.0172,
        -0.0359,
        -0.0707,
        0.0232,
        -0.027,
        0.0112,
        0.0497,
    ],
    "query: 注销账户后信息保存多久？": [
        0.0452,
        -0.0299,
        -0.0064,
        -0.0867,
        -0.0034,
        -0.0655,
        0.0169,
        0.0482,
    ],
    "passage: We delete your personal data within 30 days after you close your account.": [
        0.0449,
        -0.0032,
        -0.0006,
        -0.0787,
        0.0346,
        -0.0036,
        -0.0231,
        0.0124,
    ],
    "passage: 用户注销账户后，我们会在三十日内删除其个人信息。": [
        0.0626,
        0.0072,
        -0.0213,
        -0.0754,
        0.0422,
        0.0038,
        -0.0261,
        -0.0133,
    ],
}

CLAUSES = [
    "You may close your account at any time in the settings; we then delete your data.",
    "Employees accrue two days of paid leave for each full month of service.",
    "Receipts must be handed in within thirty days, or the expense is not refunded.",
    "Passwords must have at least twelve characters and are changed after an incident.",
    "We share personal information with carriers only so far as delivery requires it.",
    "Cookies that are not strictly necessary are set only after you agree to them.",
    "(a) the name and address of the recipient; (b) the purpose; (c) the retention period.",
    "Appendix 2.1.3: Version 4, effective 1 March 2024, supersedes all earlier versions.",
    "您可以随时在设置中注销账户，注销后我们将删除您的个人信息。",
    "员工每工作满一个月，可享受两天带薪年假。",
    "报销单据须在三十日内提交，逾期不予报销。",
    "密码长度不得少于十二位，发生安全事件后应当立即更换。",
    "未满十四周岁的未成年人使用本服务，应当事先取得监护人的同意。",
    "除法律法规另有规定外，我们不会向第三方提供您的个人敏感信息。",
    "（三）收集的信息包括：姓名、手机号码、收货地址、支付记录。",
    "本政策自２０２４年３月１日起施行，原 Privacy Notice 同时废止。",
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


@pytest.fixture(scope="module")
def base() -> Encoder:
    return load_encoder("embedded-base")


@pytest.fixture(scope="module")
def torch_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    from models.torch_export import export_torch
    from models.trained import read_trained_layers
    from models.weights import find_weights_file, read_weights

    folder = tmp_path_factory.mktemp("torch")
    weights = read_weights(find_weights_file())
    yield export_torch(folder, weights, read_trained_layers(weights.shape))
    for path in folder.glob("*.safetensors"):
        path.unlink()


def test_base_vectors_are_the_pinned_ones(base: Encoder) -> None:
    check_pinned(base, PINNED_BASE)


def test_vectors_are_the_pinned_ones(encoder: Encoder) -> None:
    check_pinned(encoder, PINNED)


def check_pinned(encoder: Encoder, pinned: dict[str, list[float]]) -> None:
    for text, expected in pinned.items():
        prompt, rest = text.split(": ", 1)
        encode = encoder.encode_queries if prompt == "query" else encoder.encode_passages
        difference = np.abs(encode([rest])[0, :8] - expected)
        assert difference.max() < 0.006, text
        assert difference.mean() < 0.003, text


def test_trained_layers_bring_a_clause_nearer_to_its_translation_than_to_its_neighbours(
    encoder: Encoder, base: Encoder
) -> None:
    # The first four English clauses and the first four Chinese ones say the same.
    half = len(CLAUSES) // 2
    translations = {i: half + i for i in range(4)} | {half + i: i for i in range(4)}

    def first_hits(of: Encoder) -> int:
        cosines = of.encode_queries(CLAUSES) @ of.encode_passages(CLAUSES).T
        np.fill_diagonal(cosines, -1)
        nearest = cosines.argmax(axis=1)
        return sum(int(nearest[i]) == other for i, other in translations.items())

    assert first_hits(encoder) == len(translations)
    assert first_hits(base) < len(translations)


def test_base_and_trained_indexes_are_told_apart(encoder: Encoder, base: Encoder) -> None:
    assert base.fingerprint.digest != encoder.fingerprint.digest
    assert base.fingerprint.model == "embedded multilingual-e5-small int8"
    assert encoder.fingerprint.model == "embedded multilingual-e5-small-neutral int8"


def test_same_meaning_is_nearer_than_another_across_languages(encoder: Encoder) -> None:
    half = len(CLAUSES) // 2
    question = encoder.encode_queries(["How long must a password be?"])
    chinese = encoder.encode_passages(CLAUSES[half:])
    assert int((question @ chinese.T).argmax()) == CLAUSES[half:].index(
        "密码长度不得少于十二位，发生安全事件后应当立即更换。"
    )


def test_vector_does_not_depend_on_the_rest_of_the_batch(encoder: Encoder) -> None:
    together = encoder.encode_passages(CLAUSES)
    alone = np.concatenate([encoder.encode_passages([text]) for text in CLAUSES])
    assert np.abs(together - alone).max() < 1e-5


@pytest.mark.slow
def test_equals_sentence_transformers_on_the_same_folder(encoder: Encoder) -> None:
    from models.onnx_module import open_sentence_transformer

    model = open_sentence_transformer(embedded_folder())
    texts = [*CLAUSES, "", "  ", "长" * 2000, "ｆｕｌｌ width", "e\u0301", "👩‍👩‍👧"]
    for name, encode in (("query", encoder.encode_queries), ("passage", encoder.encode_passages)):
        theirs = model.encode(texts, prompt_name=name, show_progress_bar=False)
        assert np.abs(encode(texts) - theirs).max() < 1e-5


@pytest.mark.slow
def test_folder_loads_by_its_name_and_saves_again(encoder: Encoder, tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    # sentence-transformers asks for consent to any module class outside its own package.
    folder = str(embedded_folder())
    with pytest.raises(ValueError, match="trust_remote_code"):
        SentenceTransformer(folder, local_files_only=True)
    model = SentenceTransformer(folder, trust_remote_code=True, local_files_only=True)
    model.save(str(tmp_path / "again"))
    again = SentenceTransformer(
        str(tmp_path / "again"), trust_remote_code=True, local_files_only=True
    )
    vectors = again.encode(CLAUSES, prompt_name="query", show_progress_bar=False)
    assert np.abs(vectors - encoder.encode_queries(CLAUSES)).max() < 1e-5


@pytest.mark.slow
def test_close_to_fp32_torch_on_written_clauses(encoder: Encoder, torch_folder: Path) -> None:
    reference = load_encoder(str(torch_folder))
    assert reference.fingerprint.quantization == "fp32"
    assert reference.fingerprint.query_prompt == "query: "
    assert reference.fingerprint.digest != encoder.fingerprint.digest
    assert reference.count_tokens(CLAUSES) == encoder.count_tokens(CLAUSES)
    check_cosines(encoder.encode_passages(CLAUSES), reference.encode_passages(CLAUSES))


@pytest.mark.slow
def test_close_to_fp32_torch_on_500_policy_clauses(encoder: Encoder, torch_folder: Path) -> None:
    files = sorted((SHARED / "policies").glob("*.txt"))
    if not files:
        pytest.skip(f"no policies in {SHARED / 'policies'} (name it in POLICY_SEARCH_SHARED)")
    lines = [line.strip() for f in files for line in f.read_text("utf-8").splitlines()]
    clauses = [line for line in lines if len(line) > 10]
    clauses = [clauses[i] for i in np.linspace(0, len(clauses) - 1, 500).astype(int)]
    reference = load_encoder(str(torch_folder))
    check_cosines(encoder.encode_passages(clauses), reference.encode_passages(clauses))


def check_cosines(ours: np.ndarray, reference: np.ndarray) -> None:
    cosines = (ours * reference).sum(axis=1)
    assert cosines.mean() > 0.99
    assert cosines.min() > 0.98


@pytest.mark.slow
def test_torch_export_has_one_fingerprint(torch_folder: Path) -> None:
    first, second = (load_encoder(str(torch_folder)).fingerprint for _ in range(2))
    assert first == second


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\t　", "\0", "\ud800", "a\udfffb", "\u200b\ufeff", "长" * 100_000, "x " * 100_000],
    ids=range(9),
)
def test_any_string_gets_a_unit_vector(encoder: Encoder, text: str) -> None:
    vectors = encoder.encode_passages([text, "a clause"])
    assert vectors.shape == (2, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_linear_map_of_another_size_is_refused(tmp_path: Path) -> None:
    original = embedded_folder()
    for path in original.iterdir():
        if path.name != DENSE_FOLDER:
            (tmp_path / path.name).symlink_to(path)
    (tmp_path / DENSE_FOLDER).mkdir()
    file = tmp_path / DENSE_FOLDER / DENSE_FILE
    save_file({DENSE_TENSOR: np.eye(4, dtype=np.float32)}, file)
    with pytest.raises(ModelFormatError, match=r"matrix of \(4, 4\), not 384 square"):
        OnnxBackend(tmp_path)
    file.write_bytes(b"no tensors")
    with pytest.raises(ModelFormatError, match="cannot read"):
        OnnxBackend(tmp_path)


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    assert encoder.encode_queries([]).shape == (0, 384)
    assert encoder.encode_passages([]).dtype == np.float32
    assert encoder.count_tokens([]) == []


def test_one_string_instead_of_a_list_is_a_mistake(encoder: Encoder) -> None:
    with pytest.raises(TypeError, match="list of texts"):
        encoder.encode_queries("How do I cancel?")


def test_text_at_the_budget_is_not_cut_and_one_token_more_is(
    encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    assert encoder.max_tokens == 512
    text = "a " * encoder.passage_token_budget
    assert encoder.count_tokens([text]) == [encoder.passage_token_budget]
    with caplog.at_level(logging.WARNING):
        encoder.encode_passages([text])
        assert caplog.text == ""
        encoder.encode_passages([text + "a", "short"])
    assert "1 of 2 texts were longer than 512 tokens" in caplog.text


def test_token_spans_cut_the_text_where_tokens_end(encoder: Encoder) -> None:
    text = "５.1 账户注销 Cancelling your account 👍 takes ３０ days.\ud800"
    spans = encoder.token_offsets(text)
    assert len(spans) == encoder.count_tokens([text])[0]
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert spans == sorted(spans)
    assert "".join(text[a:b] for a, b in spans if b > a).replace(" ", "").startswith("５.1账户注销")


def test_width_and_composition_do_not_change_tokens(encoder: Encoder) -> None:
    vectors = encoder.encode_queries(
        ["ＡＢＣ１２３", "ABC123", "re\u0301sume\u0301", "r\u00e9sum\u00e9"]
    )
    assert np.allclose(vectors[0], vectors[1], atol=1e-6)
    assert np.allclose(vectors[2], vectors[3], atol=1e-6)


def test_progress_counts_every_text(encoder: Encoder) -> None:
    done: list[int] = []
    encoder.encode_passages(CLAUSES * 10, on_progress=done.append)
    assert sum(done) == len(CLAUSES) * 10
    assert len(done) > 1


def test_threads_share_one_encoder(encoder: Encoder) -> None:
    expected = encoder.encode_passages(CLAUSES)
    results: dict[int, np.ndarray] = {}

    def work(number: int) -> None:
        results[number] = encoder.encode_passages(CLAUSES)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert all(np.abs(result - expected).max() < 1e-5 for result in results.values())


@pytest.mark.slow
def test_two_processes_convert_once(tmp_path: Path) -> None:
    program = (
        "import json, sys; from models import load_encoder; said = []; "
        "e = load_encoder(on_message=said.append); "
        "print(json.dumps([len(said), e.fingerprint.digest, 'torch' in sys.modules]))"
    )
    environment = {**os.environ, "POLICY_SEARCH_CACHE": str(tmp_path), "PYTHONPATH": str(ROOT)}
    processes = [
        subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    answers = [json.loads(process.communicate(timeout=180)[0]) for process in processes]
    # Two lines of news from the process that converted, none from the one that waited.
    assert sorted(answer[0] for answer in answers) == [0, 2]
    assert len({answer[1] for answer in answers}) == 1
    assert not any(answer[2] for answer in answers), "torch was imported: a cold start pays for it"
    names = sorted(path.name for path in (tmp_path / "models").iterdir())
    assert len(names) == 2, names  # the folder and its lock


@pytest.mark.parametrize("model", ["embedded", "embedded-base"])
def test_conversion_repeats_exactly(tmp_path: Path, model: str) -> None:
    assert load_encoder(model, cache_dir=tmp_path).fingerprint == load_encoder(model).fingerprint


def test_unknown_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match="no-such-model"):
        load_encoder("no-such-model")
    with pytest.raises(ModelNotFoundError, match="none"):
        load_encoder(str(tmp_path / "none"))


def test_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    modules = [{"type": "models.onnx_module.OnnxTransformer", "path": "", "idx": 0, "name": "0"}]
    (tmp_path / "modules.json").write_text(json.dumps(modules))
    with pytest.raises(ModelFormatError, match="manifest"):
        load_encoder(str(tmp_path))


def test_prompts_can_be_replaced(encoder: Encoder) -> None:
    plain = load_encoder(query_prompt="", passage_prompt="")
    assert plain.fingerprint.digest != encoder.fingerprint.digest
    assert plain.passage_token_budget == 510
    same = plain.encode_queries(["query: How do I cancel?"])
    assert np.allclose(same, encoder.encode_queries(["How do I cancel?"]), atol=1e-6)
