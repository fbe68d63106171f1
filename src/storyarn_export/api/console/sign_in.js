// Signing in: a token that the service knows.

import { fill, h, notice } from "./dom.js";
import { call } from "./http.js";
import { signIn, signOut } from "./session.js";
import { sentence } from "./words.js";

const ENOUGH = "/api/projects?limit=1";

/** Ask for a token; `onDone` is called when there is a good one. */
export function showSignIn(main, onDone, why = null) {
  const said = h("div", {}, why && notice(why, "bad"));
  const input = h("input", {
    id: "token",
    type: "password",
    autocomplete: "off",
    spellcheck: "false",
    required: true,
    "aria-describedby": "token-help",
    placeholder: "sa_…",
  });
  const button = h("button", { class: "primary" }, "Sign in");

  async function submit(event) {
    event.preventDefault();
    button.disabled = true;
    signIn(input.value.trim());
    try {
      await call("GET", ENOUGH);
      onDone();
    } catch (error) {
      signOut();
      fill(said, notice(sentence(error), "bad"));
      input.select();
      input.focus();
    } finally {
      button.disabled = false;
    }
  }

  fill(
    main,
    h(
      "section",
      { class: "card narrow" },
      h("h1", {}, "Sign in"),
      said,
      h(
        "form",
        { on: { submit } },
        h("label", { for: "token" }, "Token"),
        input,
        h(
          "p",
          { id: "token-help", class: "dim" },
          "Make one with ",
          h("code", {}, "storyarn-export token create"),
          ". It is kept in this tab until it is closed.",
        ),
        button,
      ),
    ),
  );
  input.focus();
}
