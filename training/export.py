"""Writes a checkpoint as the files the app and `transformers` read.

    python export.py --run .run --out ../resources/models/kin
"""

import argparse
import hashlib
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from curriculum import MAXIMUM_HOPS
from decoder import HEAD_WIDTH, HEADS, INNER, LAYERS, NORM_EPSILON, ROPE_THETA, WIDTH
from language import ANSWER, BEGIN, END, ID, MARKERS, NAMES, THINK, THOUGHT, TOKENS, UNKNOWN
from train import Training

MODEL_DIRECTORY = Path(__file__).parent.parent / "resources" / "models" / "kin"
HASHED_FILES = ("model.safetensors", "config.json", "tokenizer.json")


def hugging_face_weights(training: Training) -> dict[str, torch.Tensor]:
    """The state dict under the names of LlamaForCausalLM; facts written out, the output scale folded in."""
    weights = {f"model.{name}": value for name, value in training.decoder.state_dict().items()}
    weights["model.embed_tokens.weight"] = training.tables.input_table()
    weights["lm_head.weight"] = training.tables.output_table()
    return {name: value.detach().float().contiguous() for name, value in weights.items()}


def hugging_face_config() -> dict:
    """A complete Llama config. `rope_theta` is given in the old and the new place, for readers of both."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "vocab_size": len(TOKENS),
        "hidden_size": WIDTH,
        "intermediate_size": INNER,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": HEADS,
        "head_dim": HEAD_WIDTH,
        "hidden_act": "silu",
        "max_position_embeddings": 4096,
        "rms_norm_eps": NORM_EPSILON,
        "rope_theta": ROPE_THETA,
        "rope_scaling": None,
        "rope_parameters": {"rope_type": "default", "rope_theta": ROPE_THETA},
        "attention_bias": False,
        "attention_dropout": 0.0,
        "mlp_bias": False,
        "tie_word_embeddings": False,
        "bos_token_id": ID[BEGIN],
        "eos_token_id": ID[END],
        "pad_token_id": None,
        "initializer_range": 0.02,
        "pretraining_tp": 1,
        "use_cache": True,
        "torch_dtype": "float32",
    }


def tokenizer() -> Tokenizer:
    """One word, one token. `->` is read as `→`; ⟨bos⟩ is put in front; decoding joins with spaces."""
    made = Tokenizer(models.WordLevel(ID, unk_token=UNKNOWN))
    made.normalizer = normalizers.Replace("->", "→")
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.post_processor = processors.TemplateProcessing(
        single=f"{BEGIN} $A", pair=f"{BEGIN} $A $B", special_tokens=[(BEGIN, ID[BEGIN])]
    )
    # No word begins with the prefix, so this decoder only puts the spaces back.
    made.decoder = decoders.WordPiece(prefix="##", cleanup=False)
    made.add_special_tokens([AddedToken(marker, normalized=False) for marker in MARKERS])
    return made


def manifest(hashes: dict[str, str]) -> dict:
    """What the app knows about the model beyond its config."""
    return {
        "schema": 1,
        "id": "kin",
        "name": "kin-2L",
        "task": "kin",
        "license": "MIT",
        "names": NAMES,
        "markers": {"answer": ANSWER, "think": THINK, "thought": THOUGHT, "end": END},
        "lanes": ["direct", "cot", "best-of-n", "coconut"],
        "maximumThoughts": 2 * MAXIMUM_HOPS,
        "sha256": hashes,
    }


def write_json(path: Path, value) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def export(training: Training, directory: Path) -> None:
    """Writes model.safetensors, config.json, tokenizer.json and interlinear.json into `directory`."""
    directory.mkdir(parents=True, exist_ok=True)
    save_file(hugging_face_weights(training), directory / "model.safetensors", {"format": "pt"})
    write_json(directory / "config.json", hugging_face_config())
    tokenizer().save(str(directory / "tokenizer.json"))
    hashes = {name: hashlib.sha256((directory / name).read_bytes()).hexdigest() for name in HASHED_FILES}
    write_json(directory / "interlinear.json", manifest(hashes))
    (directory / "model.safetensors").chmod(0o644)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=Path(__file__).parent / ".run")
    parser.add_argument("--out", type=Path, default=MODEL_DIRECTORY)
    options = parser.parse_args()
    training = Training(seed=0)
    training.load(options.run / "checkpoint.pt")
    export(training, options.out)
    print(f"exported step {training.step} ({training.spent / 60:.1f} minutes)")


if __name__ == "__main__":
    main()
