import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./shell/App";
import { dress } from "./shell/settings";
import "./style/base.css";
import "./style/frame.css";
import "./style/parts.css";

dress();
createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
