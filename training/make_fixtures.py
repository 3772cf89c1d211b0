"""Reference tensors for the app's engine, made by `transformers` from the exported files alone.

    python make_fixtures.py

`fixtures/prompts.json` holds 32 prompts, `fixtures/parity.safetensors` for prompt i (T tokens, k = hops
thoughts, V tokens in the vocabulary, D width, L layers):

| tensor | shape | what |
| --- | --- | --- |
| i.ids | int32 [T] | ⟨bos⟩, the prompt, ⟨thought⟩ |
| i.logits | f32 [T, V] | at every position |
| i.residual | f32 [L+1, T, D] | 0: embeddings, l: after layer l, before the final norm |
| i.hidden | f32 [T, D] | after the final norm |
| i.thoughts | f32 [k, D] | thought j as fed back at position T + j |
| i.thought_logits | f32 [k, V] | at the position thought j is fed to |
| i.thought_residual | f32 [L+1, k, D] | at the same positions |
| i.answer_logits | f32 [V] | at ⟨answer⟩, fed after the k thoughts |
| i.greedy_chain | int32 [n] | greedy tokens after prompt and ⟨think⟩, up to and including ⟨end⟩ |
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from transformers import LlamaForCausalLM

from export import MODEL_DIRECTORY, write_json
from families import draw_questions
from language import ANSWER, END, ID, NAMES, NAME_COUNT, THINK, THOUGHT, text_of

SEED, PROMPTS = 77, 32
LONGEST_CHAIN = 24
LARGEST_FILE = 4 * 2**20


class Reference:
    """`transformers`' Llama with a cache, giving logits, residual streams and final hidden states per call."""

    def __init__(self, directory: Path):
        self.model = LlamaForCausalLM.from_pretrained(directory, dtype=torch.float32).eval()
        self.streams: list[torch.Tensor] = []
        core = self.model.model
        core.layers[0].register_forward_pre_hook(
            lambda _, args, kwargs: self.streams.append(args[0] if args else kwargs["hidden_states"]),
            with_kwargs=True,
        )
        for layer in core.layers:
            layer.register_forward_hook(
                lambda _, __, out: self.streams.append(out[0] if isinstance(out, tuple) else out)
            )
        self.cache = None

    def start(self) -> None:
        self.cache = None

    @torch.no_grad()
    def feed(self, ids=None, vector=None):
        """Feeds token ids [T] or one vector [D]; returns logits [T, V], residual [L+1, T, D], hidden [T, D]."""
        self.streams.clear()
        inputs = {"input_ids": torch.tensor([ids])} if vector is None else {"inputs_embeds": vector[None, None]}
        out = self.model(**inputs, past_key_values=self.cache, use_cache=True, output_hidden_states=True)
        self.cache = out.past_key_values
        return out.logits[0], torch.stack([s[0] for s in self.streams]), out.hidden_states[-1][0]


def draw_prompts(generator: np.random.Generator) -> list[dict]:
    """32 prompts over one to six hops, of different lengths."""
    prompts = []
    for index in range(PROMPTS):
        hops = index % 6 + 1
        names = NAME_COUNT if index % 3 == 0 else 2 * int(generator.integers(hops + 2, 11))
        q = draw_questions(generator, 1, 1, names, hops)
        prompts.append(
            {
                "prompt": f"{text_of(q.facts[0])} {text_of(q.question_ids()[0])}",
                "hops": hops,
                "root": NAMES[q.root[0]],
                "answer": NAMES[q.answer[0]],
                "candidates": [NAMES[c] for c in q.candidates[0]],
                "path": [NAMES[p] for p in q.path[0]],
            }
        )
    return prompts


def reference_tensors(reference: Reference, ids: list[int], thoughts: int) -> dict[str, np.ndarray]:
    """Everything recorded for one tokenised prompt (⟨bos⟩ included, no marker at its end)."""
    reference.start()
    logits, residual, hidden = reference.feed(ids=[*ids, ID[THOUGHT]])
    fed, thought_logits, thought_residual = [], [], []
    last = hidden[-1]
    for _ in range(thoughts):
        fed.append(last)
        step_logits, step_residual, step_hidden = reference.feed(vector=last)
        thought_logits.append(step_logits[0])
        thought_residual.append(step_residual[:, 0])
        last = step_hidden[0]
    answer_logits, _, _ = reference.feed(ids=[ID[ANSWER]])

    reference.start()
    chain, token = [], ID[THINK]
    step_logits, _, _ = reference.feed(ids=[*ids, token])
    while token != ID[END] and len(chain) < LONGEST_CHAIN:
        token = int(step_logits[-1].argmax())
        chain.append(token)
        step_logits, _, _ = reference.feed(ids=[token])

    tensors = {
        "logits": logits,
        "residual": residual,
        "hidden": hidden,
        "thoughts": torch.stack(fed),
        "thought_logits": torch.stack(thought_logits),
        "thought_residual": torch.stack(thought_residual, 1),
        "answer_logits": answer_logits[0],
    }
    arrays = {name: np.ascontiguousarray(tensor.numpy()) for name, tensor in tensors.items()}
    arrays["ids"] = np.array([*ids, ID[THOUGHT]], np.int32)
    arrays["greedy_chain"] = np.array(chain, np.int32)
    return arrays


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, default=MODEL_DIRECTORY)
    directory = parser.parse_args().model
    fixtures = directory / "fixtures"
    fixtures.mkdir(exist_ok=True)
    reference, tokenizer = Reference(directory), Tokenizer.from_file(str(directory / "tokenizer.json"))
    prompts, tensors = draw_prompts(np.random.default_rng(SEED)), {}
    for index, entry in enumerate(prompts):
        ids = tokenizer.encode(entry["prompt"]).ids
        for name, array in reference_tensors(reference, ids, entry["hops"]).items():
            tensors[f"{index}.{name}"] = array
    write_json(fixtures / "prompts.json", prompts)
    save_file(tensors, fixtures / "parity.safetensors")
    (fixtures / "parity.safetensors").chmod(0o644)
    size = (fixtures / "parity.safetensors").stat().st_size
    print(f"{len(prompts)} prompts, {size / 2**20:.2f} MiB")
    if size > LARGEST_FILE:
        raise SystemExit("parity.safetensors is too large to commit; draw shorter prompts")


if __name__ == "__main__":
    main()
